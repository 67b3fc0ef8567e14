// Apollo Client before a server that will not answer now: it waits as long as it is told to.
import { noted } from './counted.mjs';
import { gql } from '@apollo/client';
import { apollo } from './apollo.js';

const [url, how] = process.argv.slice(2);
const client = apollo({ url, token: () => '', renew: async () => false });
const HOURS = gql`query Hours { openingHours }`;
const asked = async () => (await client.query({ query: HOURS, fetchPolicy: 'no-cache' })).data.openingHours;
const told = {};

if (how === 'rates') {
  told.hours = [await asked(), await asked(), await asked()];
} else {
  // Somebody has the one place that there is, until this client is refused.
  const holding = new AbortController();
  const body = JSON.stringify({ query: '{ forever(name: "held") }' });
  const headers = { 'content-type': 'application/json' };
  const held = fetch(url, { method: 'POST', headers, body, signal: holding.signal }).catch(() => {});
  const small = { method: 'POST', headers, body: JSON.stringify({ query: '{ __typename }' }) };
  for (let tries = 0; tries < 100 && (await fetch(url, small)).status !== 503; tries++);
  noted();
  const fetching = globalThis.fetch;
  globalThis.fetch = async (...all) => {
    const answer = await fetching(...all);
    if (answer.status === 503) holding.abort();
    return answer;
  };
  const later = apollo({ url, token: () => '', renew: async () => false });
  told.hours = [(await later.query({ query: HOURS })).data.openingHours];
  await held;
}
told.sent = noted();
console.log(JSON.stringify(told));
process.exit(0);
