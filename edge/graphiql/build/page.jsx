/* The GraphiQL page: GraphiQL itself, told where the endpoint is and which examples to open. */
import './workers.js';
import '@graphiql/react/style.css';
import '@graphiql/plugin-doc-explorer/style.css';
import '@graphiql/plugin-history/style.css';
import 'graphiql/graphiql.css';
import './page.css';
import './explain.css';

import { createGraphiQLFetcher } from '@graphiql/toolkit';
import { GraphiQL, HISTORY_PLUGIN } from 'graphiql';
import { createClient } from 'graphql-ws';
import { createRoot } from 'react-dom/client';

import { explainPlugin } from './explain.jsx';
import { withoutStaleName } from './operation.js';
import { SessionButton, watchedFetch } from './session.jsx';
import { earlierTabs, storage } from './storage.js';

const configuration = JSON.parse(document.getElementById('configuration').textContent);
const { endpoint, examples, explains, signsIn } = configuration;
const address = new URL(endpoint, document.baseURI).href;

let shown = {}; // the headers of the request that is asked last

const socket = createClient({
  url: address.replace(/^http/, 'ws'),
  connectionParams: () => shown,
});

const ask = createGraphiQLFetcher({
  url: address,
  headers: { accept: 'application/graphql-response+json, application/json' },
  enableIncrementalDelivery: false,
  fetch: watchedFetch,
  wsClient: socket, // for subscriptions
});

const fetcher = (request, options) => {
  shown = options?.headers ?? {};
  return ask(withoutStaleName(request), options);
};

const tabs = examples.map(({ title, query, variables }) => ({
  query: `# ${title}\n${query}`,
  variables: variables && JSON.stringify(variables, null, 2),
}));

const plugins = explains ? [HISTORY_PLUGIN, explainPlugin(address, watchedFetch)] : [HISTORY_PLUGIN];

createRoot(document.getElementById('graphiql')).render(
  <GraphiQL
    fetcher={fetcher}
    storage={storage}
    plugins={plugins}
    defaultTabs={tabs.length > 0 ? tabs : undefined}
    // GraphiQL shows the query of the first default tab by itself, but not its variables.
    initialVariables={earlierTabs() ? undefined : tabs[0]?.variables}
  >
    <GraphiQL.Logo>
      {signsIn && <SessionButton />}
      Bigraph
    </GraphiQL.Logo>
  </GraphiQL>,
);
