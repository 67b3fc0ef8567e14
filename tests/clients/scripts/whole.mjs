// What is answered to who takes JSON alone: all at once, as parts should come to.

/** The data of a document, and the codes of its errors. */
export async function whole(url, query, variables = {}) {
  const headers = { 'content-type': 'application/json', accept: 'application/json' };
  const answer = await fetch(url, { method: 'POST', headers, body: JSON.stringify({ query, variables }) });
  const { data, errors = [] } = await answer.json();
  return { data, codes: errors.map((each) => each.extensions.code) };
}

/** Whether two values are the same as JSON, but for the order of keys, and for what a client adds. */
export const same = (one, other) => JSON.stringify(sorted(one)) === JSON.stringify(sorted(other));

const sorted = (value) => {
  if (Array.isArray(value)) return value.map(sorted);
  if (value === null || typeof value !== 'object') return value;
  const entries = Object.entries(value).filter(([key]) => !key.startsWith('__'));
  return Object.fromEntries(entries.sort().map(([key, each]) => [key, sorted(each)]));
};
