// oauth2-mock-server as Google would answer: claims of a learner, the nonce of the authorization request, PKCE required.
// A fault is armed by a command and spoils the next answer it belongs to. usage: node oauth2_mock.mjs PORT
import { createHmac, createPrivateKey, createPublicKey, createSign, generateKeyPairSync } from "node:crypto";
import { OAuth2Server } from "oauth2-mock-server";
import { serve } from "./commands.mjs";

const HOUR_S = 3600;
const port = Number(process.argv[2]);
const server = new OAuth2Server();
const keys = server.issuer.keys;
const foreign = generateKeyPairSync("rsa", { modulusLength: 2048 });

let signing = await keys.generate("RS256");
const keyOf = keys.get.bind(keys);
keys.get = () => keyOf(signing.kid); // the server itself would take its keys in turn

const scopes = new Map(); // of the codes that were given
let learner = {};
let armed = { name: null, left: 0 };

// Google names what it granted in its own way and order, whatever the names in the request.
const LONG_NAMES = { email: "userinfo.email", profile: "userinfo.profile" };
const longName = (scope) => (scope in LONG_NAMES ? `https://www.googleapis.com/auth/${LONG_NAMES[scope]}` : scope);
const granted = (scope) => scope.split(" ").map(longName).sort().join(" ");

const without = (claim) => (claims) => delete claims[claim];

// Faults of what the token says. The server signs it as any other.
const claimFaults = {
  wrong_nonce: (claims) => (claims.nonce = "the-nonce-of-another-sign-in"),
  wrong_audience: (claims) => (claims.aud = "another-client.apps.example.org"),
  two_audiences: (claims) => (claims.aud = [claims.aud, "another-client.apps.example.org"]),
  wrong_issuer: (claims) => (claims.iss = "https://accounts.example.org"),
  expired: (claims) => Object.assign(claims, { iat: claims.iat - 2 * HOUR_S, exp: claims.iat - HOUR_S }),
  issued_in_future: (claims) => Object.assign(claims, { iat: claims.iat + HOUR_S, exp: claims.iat + 2 * HOUR_S }),
  email_not_verified: (claims) => (claims.email_verified = false),
  email_verified_as_text: (claims) => (claims.email_verified = "false"),
  no_nonce: without("nonce"),
  no_audience: without("aud"),
  no_issuer: without("iss"),
  no_subject: without("sub"),
  no_expiry: without("exp"),
  no_issue_time: without("iat"),
  no_email: without("email"),
  no_email_verified: without("email_verified"),
  no_name: without("name"),
};

const part = (value) => Buffer.from(JSON.stringify(value)).toString("base64url");
const read = (text) => JSON.parse(Buffer.from(text, "base64url"));
const privateKey = () => createPrivateKey({ key: signing, format: "jwk" });
const publicPem = () => createPublicKey(privateKey()).export({ type: "spki", format: "pem" });
const rsa = (hash, key) => (text) => createSign(hash).update(text).sign(key).toString("base64url");

function signed(header, claims, sign) {
  const text = `${part(header)}.${part(claims)}`;
  return `${text}.${sign(text)}`;
}

// Faults of the signature, each made from a sound token.
const signatureFaults = {
  alg_none: (header, claims) => signed({ ...header, alg: "none" }, claims, () => ""),
  hs256_with_public_key: (header, claims) =>
    signed({ ...header, alg: "HS256" }, claims, (text) => createHmac("sha256", publicPem()).update(text).digest("base64url")),
  rs512: (header, claims) => signed({ ...header, alg: "RS512" }, claims, rsa("RSA-SHA512", privateKey())),
  foreign_key: (header, claims) => signed(header, claims, rsa("RSA-SHA256", foreign.privateKey)),
  foreign_key_in_header: (header, claims) =>
    signed({ ...header, jwk: foreign.publicKey.export({ format: "jwk" }) }, claims, rsa("RSA-SHA256", foreign.privateKey)),
  unknown_key: (header, claims) => signed({ ...header, kid: "unknown" }, claims, rsa("RSA-SHA256", foreign.privateKey)),
  tampered: (header, claims, signature) => `${part(header)}.${part({ ...claims, sub: "somebody-else" })}.${signature}`,
  cut: (header, claims) => `${part(header)}.${part(claims)}`,
};

// Faults of the token endpoint's answer.
const responseFaults = {
  no_id_token: (response) => delete response.body.id_token,
  token_refused: (response) => Object.assign(response, { statusCode: 400, body: { error: "invalid_grant" } }),
  token_endpoint_broken: (response) => Object.assign(response, { statusCode: 500, body: { error: "server_error" } }),
};

// Faults of the way back to the program.
const redirectFaults = {
  access_denied: (query) => {
    query.delete("code");
    query.set("error", "access_denied");
  },
  wrong_state: (query) => query.set("state", "the-state-of-another-sign-in"),
  no_code: (query) => query.delete("code"),
};

/** The armed fault, when it is one of these. */
const armedOf = (faults) => (armed.left > 0 ? faults[armed.name] : undefined);
const spent = () => (armed.left -= 1);

server.service.on("beforeTokenSigning", (token, request) => {
  if ("scope" in token.payload) return; // the access token, which nobody reads
  delete token.payload.nbf; // Google sends none
  Object.assign(token.payload, { azp: request.body.client_id }, learner);
  const spoil = armedOf(claimFaults);
  if (spoil === undefined) return;
  spoil(token.payload);
  spent();
});

server.service.on("beforeResponse", (response, request) => {
  if (request.body.code_verifier === undefined) {
    // The server would give a token for any code to whoever leaves the verifier out.
    Object.assign(response, { statusCode: 400, body: { error: "invalid_grant", error_description: "no code_verifier" } });
    return;
  }
  response.body.scope = granted(scopes.get(request.body.code) ?? "");
  const forge = armedOf(signatureFaults);
  const spoil = armedOf(responseFaults);
  if (forge !== undefined) {
    const [header, claims, signature] = response.body.id_token.split(".");
    response.body.id_token = forge(read(header), read(claims), signature);
    spent();
  } else if (spoil !== undefined) {
    spoil(response);
    spent();
  }
});

server.service.on("beforeAuthorizeRedirect", (redirect, request) => {
  scopes.set(redirect.url.searchParams.get("code"), request.query.scope ?? "");
  const spoil = armedOf(redirectFaults);
  if (spoil === undefined) return;
  spoil(redirect.url.searchParams);
  spent();
});

const commands = {
  /** {"do": "become", "claims": {"sub", "email", "email_verified", "name", …}} */
  become: ({ claims }) => (learner = claims),
  /** {"do": "fault", "name", "times"}: instead of what was armed before. A name of null disarms. */
  fault: ({ name, times }) => {
    const known = { ...claimFaults, ...signatureFaults, ...responseFaults, ...redirectFaults };
    if (name !== null && !(name in known)) throw new Error(`no fault ${name}; there are ${Object.keys(known).join(", ")}`);
    armed = { name, left: name === null ? 0 : times };
  },
  /** {"do": "rotate"}: from now on another key signs. Both stay published. */
  rotate: async () => (signing = await keys.generate("RS256")),
};

await server.start(port, "127.0.0.1");
server.issuer.url = `http://127.0.0.1:${port}`; // it would call itself localhost, which may be another address
serve(server.issuer.url, (command) => {
  if (!(command.do in commands)) throw new Error(`no command ${command.do}`);
  return commands[command.do](command);
});
