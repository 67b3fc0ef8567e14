// Asks the server at the address given by clients that others wrote, and prints what each heard.
import { createClient as sockets } from 'graphql-ws';
import { createClient as events } from 'graphql-sse';
import WebSocket from 'ws';

const address = process.argv[2];
const QUERY = { query: '{ openingHours }' };
const COUNT = { query: 'subscription ($to: Int!) { count(to: $to) }', variables: { to: 3 } };
const WRONG = { query: '{ nope }' };

async function heard(client, request) {
  const answers = [];
  try {
    for await (const answer of client.iterate(request)) answers.push(answer);
  } catch (error) {
    const errors = Array.isArray(error) ? error : [error];
    return errors.map((each) => each.extensions?.code ?? String(each));
  }
  return answers.map((each) => each.data ?? each.errors[0].extensions.code);
}

async function stopped(client) {
  for await (const answer of client.iterate({ query: 'subscription { silence(name: "by a client") }' })) {
    return answer.data;
  }
}

const url = `http://${address}/graphql`;
const clients = {
  'graphql-ws': sockets({ url: `ws://${address}/graphql`, webSocketImpl: WebSocket, retryAttempts: 0 }),
  'graphql-sse': events({ url, retryAttempts: 0 }),
  'graphql-sse, one stream': events({ url: `${url}/stream`, singleConnection: true, retryAttempts: 0 }),
};
const told = {};
for (const [name, client] of Object.entries(clients)) {
  told[name] = {
    query: await heard(client, QUERY),
    subscription: await heard(client, COUNT),
    several: await Promise.all([heard(client, COUNT), heard(client, QUERY), heard(client, COUNT)]),
    stopped: await stopped(client),
    wrong: await heard(client, WRONG),
  };
  client.dispose();
}
console.log(JSON.stringify(told));
process.exit(0);
