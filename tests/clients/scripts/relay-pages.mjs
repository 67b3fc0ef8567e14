// Relay's runtime with what its compiler made: pages as usePaginationFragment has them, by ids alone.
import { noted } from './counted.mjs';
import runtime from 'relay-runtime';
import { relay } from './relay.js';
import pages from './app/relay/__generated__/PagesQuery.graphql.js';
import flights from './app/relay/__generated__/Pages_flights.graphql.js';
import flight from './app/relay/__generated__/Pages_flight.graphql.js';
import departures from './app/relay/__generated__/DeparturesQuery.graphql.js';
import airport from './app/relay/__generated__/Departures_airport.graphql.js';

const environment = relay({ url: process.argv[2] });
const told = {};

/** What a query's own selection holds, and what keeps it in the store. */
async function asked(query, variables, options) {
  await runtime.fetchQuery(environment, query, variables, options).toPromise();
  const operation = runtime.createOperationDescriptor(runtime.getRequest(query), variables);
  environment.retain(operation);
  return environment.lookup(operation.fragment).data;
}

/** What a fragment holds of an object. */
const read = (fragment, reference) =>
  environment.lookup(runtime.getSingularSelector(runtime.getFragment(fragment), reference)).data;

/** Asks for a page more, as usePaginationFragment does. */
async function paged(fragment, reference, direction, count) {
  const node = runtime.getFragment(fragment);
  const { paginationRequest, paginationMetadata, connectionPathInFragmentData } = runtime.getPaginationMetadata(node, 'pages');
  const { identifierInfo } = runtime.getRefetchMetadata(node, 'pages');
  const data = read(fragment, reference);
  const { pageInfo } = runtime.getValueAtPath(data, connectionPathInFragmentData);
  const cursor = direction === 'forward' ? pageInfo.endCursor : pageInfo.startCursor;
  const { variables } = runtime.getSingularSelector(node, reference);
  const more = runtime.getPaginationVariables(direction, count, cursor, variables, {}, paginationMetadata);
  if (identifierInfo) more[identifierInfo.identifierQueryVariableName] = data[identifierInfo.identifierField];
  await asked(paginationRequest, more);
}

const ids = (connection) => connection.edges.map(({ node }) => node.id);
const whole = ids(read(flights, await asked(pages, { count: 12 })).flights);
environment.getStore().getSource().clear();

const list = await asked(pages, { count: 3 });
const shown = () => read(flights, list).flights;
for (const _ of [1, 2, 3]) await paged(flights, list, 'forward', 3);
told.forward = {
  same: JSON.stringify(ids(shown())) === JSON.stringify(whole),
  count: shown().edges.length,
  more: shown().pageInfo.hasNextPage,
};

// From the middle of the list, back to its start.
const { endCursor } = shown().pageInfo;
environment.getStore().getSource().clear();
const middle = await asked(pages, { count: 3, cursor: endCursor });
const later = ids(read(flights, middle).flights);
for (const _ of [1, 2, 3]) await paged(flights, middle, 'backward', 4);
const back = read(flights, middle).flights;
told.backward = {
  same: JSON.stringify(ids(back)) === JSON.stringify([...whole, ...later]),
  more: back.pageInfo.hasPreviousPage,
};

// One object again, by its global id, which is what the store knows it by.
const [reference] = back.edges.map(({ node }) => node);
const { refetchableRequest, identifierInfo } = runtime.getRefetchMetadata(runtime.getFragment(flight), 'flight');
const before = read(flight, reference);
const nodeId = before[identifierInfo.identifierField];
environment.commitUpdate((store) => store.get(nodeId).setValue(-1, 'depDelay'));
const spoilt = read(flight, reference).depDelay;
const again = await asked(refetchableRequest, { [identifierInfo.identifierQueryVariableName]: nodeId }, { fetchPolicy: 'network-only' });
const after = read(flight, reference);
told.refetched = {
  spoilt,
  same: JSON.stringify(before) === JSON.stringify(after),
  node: again.node !== null,
  named: typeof after.originAirport.name,
};
const records = environment.getStore().getSource().toJSON();
const wrong = Object.values(records).filter((each) => each.nodeId && each.nodeId !== each.__id);
told.records = { flights: Object.values(records).filter((each) => each.__typename === 'Flight').length, wrong: wrong.length };

// A list within an object: its next page is asked for by the object's id.
const { airport: newark } = await asked(departures, { faa: 'EWR' });
await paged(airport, newark, 'forward', 2);
const inner = ids(read(airport, newark).departures);
told.inner = { count: inner.length, different: new Set(inner).size };
told.sent = [...new Set(noted())];
console.log(JSON.stringify(told));
process.exit(0);
