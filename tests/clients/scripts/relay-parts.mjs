// Relay's runtime before answers in parts: what its store holds meanwhile, and in the end.
import './counted.mjs';
import './piecewise.mjs';
import runtime from 'relay-runtime';
import { relay } from './relay.js';
import { same, whole } from './whole.mjs';
import deferred from './app/relay/__generated__/TrafficQuery.graphql.js';
import fragment from './app/relay/__generated__/Traffic_airport.graphql.js';
import streamed from './app/relay/__generated__/TrafficListQuery.graphql.js';

const [url, open] = process.argv.slice(2); // by ids alone, and by any text
const variables = { count: 3 };
const environment = relay({ url });
const told = {};

/** What the store holds of a query after each part; `read` makes of its data what there is to see. */
const shown = (query, read) =>
  new Promise((resolve, reject) => {
    const operation = runtime.createOperationDescriptor(runtime.getRequest(query), variables);
    environment.retain(operation);
    const seen = [];
    environment.execute({ operation }).subscribe({
      next: () => seen.push(structuredClone(read(environment.lookup(operation.fragment)))),
      complete: () => resolve(seen),
      error: reject,
    });
  });

const part = (reference) => environment.lookup(runtime.getSingularSelector(runtime.getFragment(fragment), reference));
const missing = [];
const traffic = await shown(deferred, ({ data }) => {
  const parts = data.airports.nodes.map((each) => part(each));
  missing.push(parts.filter((each) => each.isMissingData).length);
  return data.airports.nodes.map(({ faa }, at) => ({ faa, ...parts[at].data }));
});
const list = await shown(streamed, ({ data }) => data.airports.nodes.map(({ faa, departures }) => ({ faa, departures })));

const query = `query ($count: Int!) {
  airports(first: $count, orderBy: [{ faa: ASC }]) { nodes { faa departures(first: 1) { totalCount } } }
}`;
const expected = (await whole(open, query, variables)).data.airports.nodes;
told.defer = { same: same(traffic.at(-1), expected), missing: [missing[0], missing.at(-1)] };
told.stream = { same: same(list.at(-1), expected), first: list[0].length };
console.log(JSON.stringify(told));
process.exit(0);
