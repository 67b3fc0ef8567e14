// Runs the server audits of graphql-http against the URL given, and prints their results as JSON.
import { auditServer } from 'graphql-http';

// As clients do that ask by GET: it shows that no other site's page asks (docs/http.md).
const asked = (url, init = {}) =>
  fetch(url, { ...init, headers: { ...init.headers, 'graphql-preflight': '1' } });

const results = await auditServer({ url: process.argv[2], fetchFn: asked });
const lines = [];
for (const result of results) {
  const { id, name, status } = result;
  lines.push({ id, name, status, reason: status === 'ok' ? null : result.reason });
}
console.log(JSON.stringify(lines));
