// Runs the server audits of graphql-http against the URL given, and prints their results as JSON.
import { auditServer } from 'graphql-http';

const results = await auditServer({ url: process.argv[2], fetchFn: fetch });
const lines = [];
for (const result of results) {
  const { id, name, status } = result;
  lines.push({ id, name, status, reason: status === 'ok' ? null : result.reason });
}
console.log(JSON.stringify(lines));
