"""The few pages that the learner's browser shows at the end of a sign-in. They load nothing and name nobody."""

from enum import Enum


class Page(Enum):
    """A status, a heading and what to do."""

    SIGNED_IN = ("200 OK", "You are signed in", "You can close this tab and go back to PingToPass.")
    DENIED = (
        "200 OK",
        "You are not signed in",
        "You said no to Google. Nothing was changed. You can close this tab.",
    )
    FAILED = ("200 OK", "The sign-in did not work", "Go back to PingToPass: it says why. You can close this tab.")
    ANOTHER_SIGN_IN = (
        "400 Bad Request",
        "This is not the sign-in that PingToPass waits for",
        "Close this tab and use the one that PingToPass opened last.",
    )
    BAD_REQUEST = ("400 Bad Request", "This address is not complete", "Go back to PingToPass and sign in again.")
    NOT_FOUND = ("404 Not Found", "There is nothing here", "Go back to PingToPass.")
    WRONG_METHOD = ("405 Method Not Allowed", "There is nothing here", "Go back to PingToPass.")


def page_answer(page: Page) -> bytes:
    """The whole HTTP answer."""
    status, heading, words = page.value
    content = _PAGE.replace("{heading}", heading).replace("{words}", words).encode()
    head = (
        f"HTTP/1.1 {status}",
        "Content-Type: text/html; charset=utf-8",
        f"Content-Length: {len(content)}",
        "Cache-Control: no-store",
        "Referrer-Policy: no-referrer",
        "X-Content-Type-Options: nosniff",
        "Content-Security-Policy: default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'",
        *(["Allow: GET"] if page is Page.WRONG_METHOD else []),
        "Connection: close",
    )
    return "\r\n".join(head).encode() + b"\r\n\r\n" + content


_PAGE = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>{heading} – PingToPass</title>
<style>
body { margin: 0; min-height: 100vh; display: grid; place-items: center; background: #f5f6f8; color: #161a22;
  font: 16px/1.5 system-ui, sans-serif; }
main { box-sizing: border-box; width: min(28rem, calc(100vw - 2rem)); margin: 1rem; padding: 2rem; background: #ffffff;
  border: 1px solid #dde1e8; border-radius: 12px; }
h1 { margin: 0 0 .5rem; font-size: 1.5rem; line-height: 1.25; overflow-wrap: break-word; }
p { margin: 0; color: #525c6b; }
@media (prefers-color-scheme: dark) {
  body { background: #0f1216; color: #e9edf3; }
  main { background: #171b22; border-color: #2c343f; }
  p { color: #a9b3c1; }
}
</style>
</head>
<body><main><h1>{heading}</h1><p>{words}</p></main></body>
</html>
"""
