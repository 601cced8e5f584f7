// Signs with `oauth-1.0a` as its documentation says, against the provider at the address given.
import { execFileSync } from "node:child_process";
import { createHmac } from "node:crypto";
import OAuth from "oauth-1.0a";

const base = process.argv[2];
// The sample API takes no POST, and says so only to a request whose signature holds; else it is 401.
const notAllowed = 405;
const consumer = { key: "demo-consumer", secret: "demo-consumer-secret" };

function check(holds, what, seen) {
  if (!holds) {
    console.error(`  FAILED: ${what} (got: ${JSON.stringify(seen).slice(0, 300)})`);
    process.exit(1);
  }
  console.log(`  ok: ${what}`);
}

function signer(method, options = {}) {
  const hash = method.replace("HMAC-", "").toLowerCase();
  const hash_function =
    method === "PLAINTEXT" ? (_, key) => key : (text, key) => createHmac(hash, key).update(text).digest("base64");
  return new OAuth({ consumer, signature_method: method, hash_function, ...options });
}

// The parameters of the protocol that the library does not know are data to sign, and are sent beside its own.
function header(oauth, request, token, extra = {}) {
  const data = { ...request.data, ...extra };
  return oauth.toHeader({ ...oauth.authorize({ ...request, data }, token), ...extra });
}

async function send(method, url, headers, body) {
  const response = await fetch(url, { method, headers, body, signal: AbortSignal.timeout(20_000) });
  return { status: response.status, text: await response.text() };
}

async function credentials(oauth, path, token, extra) {
  const request = { url: base + path, method: "POST", data: {} };
  const answer = await send("POST", request.url, header(oauth, request, token, extra));
  const fields = Object.fromEntries(new URLSearchParams(answer.text));
  check(answer.status === 200 && fields.oauth_token, `credentials from ${path}`, answer);
  return { key: fields.oauth_token, secret: fields.oauth_token_secret };
}

async function threeLegs(oauth) {
  const temporary = await credentials(oauth, "/_ah/OAuthGetRequestToken", undefined, { oauth_callback: "oob" });
  const address = `${base}/_ah/OAuthAuthorizeToken?oauth_token=${encodeURIComponent(temporary.key)}`;
  const page = execFileSync(process.env.BROWSER, [address], { encoding: "utf8", timeout: 60_000 });
  const code = /<code id="verifier">([^<]+)<\/code>/.exec(page)[1];
  return credentials(oauth, "/_ah/OAuthGetAccessToken", temporary, { oauth_verifier: code });
}

for (const method of ["HMAC-SHA1", "HMAC-SHA256", "PLAINTEXT"]) {
  const oauth = signer(method);
  const token = await threeLegs(oauth);

  const get = { url: `${base}/me?b=2&a=1&q=a%20b&q=%C3%A9&e=`, method: "GET", data: {} };
  let answer = await send("GET", get.url, header(oauth, get, token));
  check(answer.status === 200 && answer.text.includes('"bob"'), `${method}: a signed GET with a query`, answer);

  const form = { text: "a b&c", other: "é!*'()", tag: ["b", "a"] };
  const post = { url: `${base}/me?in=query`, method: "POST", data: form };
  const fields = new URLSearchParams(Object.entries(form).flatMap(([name, value]) => [value].flat().map((one) => [name, one])));
  answer = await send("POST", post.url, header(oauth, post, token), fields);
  check(answer.status === notAllowed, `${method}: a signed POST with a form`, answer);

  // What it returns holds the form's fields as well, and those of a query, had there been one.
  const inBody = oauth.authorize({ ...post, url: `${base}/me`, data: form }, token);
  const body = new URLSearchParams(Object.entries(inBody).flatMap(([name, value]) => [value].flat().map((one) => [name, one])));
  answer = await send("POST", `${base}/me`, {}, body);
  check(answer.status === notAllowed, `${method}: signed in the form body`, answer);

  if (method !== "PLAINTEXT") {
    fields.set("other", "changed");
    answer = await send("POST", post.url, header(oauth, post, token), fields);
    check(answer.status === 401 && answer.text.includes("signature_invalid"), `${method}: a changed form is refused`, answer);
  }
  answer = await send("GET", get.url, header(signer(method, { consumer: { ...consumer, secret: "wrong" } }), get, token));
  check(answer.status === 401, `${method}: a wrong secret is refused`, answer);
}
