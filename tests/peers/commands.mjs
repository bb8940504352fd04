// What the peers written in JavaScript share: they stay on this machine, take commands as lines of JSON on stdin, answer
// each with one line on stdout, and end when stdin closes, so that none outlives the tests however those end.
import { webcrypto } from "node:crypto";
import net from "node:net";
import { createInterface } from "node:readline";

globalThis.crypto ??= webcrypto; // Node.js 18, which Debian 12 has, keeps it in the module alone

// `emulate` listens on every interface and has no option for another. The tests are nobody's business but this machine's.
const listen = net.Server.prototype.listen;
net.Server.prototype.listen = function (port, host, ...rest) {
  return listen.call(this, port, host ?? "127.0.0.1", ...rest);
};

const answer = (message) => process.stdout.write(`${JSON.stringify(message)}\n`);

// stdout belongs to the answers.
console.log = console.error;

/** Say where the peer listens, then let `obey` carry out every command. What it throws is the answer. */
export function serve(url, obey) {
  const lines = createInterface({ input: process.stdin });
  lines.on("line", async (line) => {
    try {
      await obey(JSON.parse(line));
      answer({ ok: true });
    } catch (error) {
      answer({ ok: false, error: String(error.message ?? error) });
    }
  });
  lines.on("close", () => process.exit(0));
  answer({ url });
}
