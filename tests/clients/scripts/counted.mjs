// Notes of each request how it was sent, and by which status it was answered. To be imported first.
import WebSocket from 'ws';

globalThis.WebSocket ??= WebSocket; // as browsers have it, and node from 22 on
const sent = [];
const fetching = globalThis.fetch;

globalThis.fetch = async (to, init = {}) => {
  const answer = await fetching(to, init);
  const text = `${to}${init.body ?? ''}`;
  const brought = text.includes('query=') || text.includes('"query":"') ? ' text' : '';
  sent.push(`${init.method ?? 'GET'}${brought} ${answer.status}`);
  return answer;
};

/** What was sent since this was asked last. */
export const noted = () => sent.splice(0);
