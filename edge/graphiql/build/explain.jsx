/* The pane that has the editor's operation explained: its button, and what the server says. */
import { Button, pick, tryParseJSONC, useGraphiQL } from '@graphiql/react';
import { useState } from 'react';

import { Errors, Explanation } from './explanation.jsx';
import { withoutStaleName } from './operation.js';

const EDITORS = pick('queryEditor', 'variableEditor', 'headerEditor', 'operationName', 'overrideOperationName');
const TITLE = 'Explain';

/** What the editors hold, as a request: { body, headers }. Throws where they hold no JSON. */
function requestOf({ queryEditor, variableEditor, headerEditor, operationName, overrideOperationName }) {
  const named = { query: queryEditor.getValue(), operationName: overrideOperationName ?? operationName };
  const variables = read(variableEditor, 'variables');
  return {
    body: { ...withoutStaleName(named), variables, extensions: { explain: true } },
    headers: read(headerEditor, 'headers'),
  };
}

function read(editor, name) {
  try {
    return tryParseJSONC(editor?.getValue());
  } catch (error) {
    throw new Error(`The ${name} ${error.message}`);
  }
}

/** The server's answer in JSON: { data, errors, extensions }. Throws if there is none. */
async function answered(fetch, url, { body, headers }) {
  const said = {
    'content-type': 'application/json',
    accept: 'application/graphql-response+json, application/json',
    ...headers,
  };
  const answer = await fetch(url, { method: 'POST', headers: said, body: JSON.stringify(body) });
  const text = await answer.text();
  try {
    return JSON.parse(text);
  } catch {
    throw new Error(`The server answered ${answer.status} ${answer.statusText}, and no JSON.`);
  }
}

/** The plugin of GraphiQL, which asks this endpoint by this `fetch`. */
export function explainPlugin(url, fetch) {
  function Pane() {
    const editors = useGraphiQL(EDITORS);
    const [answer, setAnswer] = useState(undefined);
    const [asks, setAsks] = useState(false);
    const ask = async () => {
      setAsks(true);
      try {
        setAnswer(await answered(fetch, url, requestOf(editors)));
      } catch (error) {
        setAnswer({ errors: [{ message: error.message }] });
      }
      setAsks(false);
    };
    return (
      <section aria-label={TITLE} className="bigraph-explain">
        <div className="bigraph-explain-header">
          {TITLE}
          <Button type="button" disabled={asks || !editors.queryEditor} onClick={ask}>
            {asks ? 'Asking…' : 'Explain the operation'}
          </Button>
        </div>
        {answer === undefined && (
          <p>
            How the operation in the editor is answered. A query is run, and so is each of its statements once more, for
            the store’s own plan; a mutation is not made.
          </p>
        )}
        {answer?.errors && <Errors errors={answer.errors} />}
        {answer?.extensions?.explain && <Explanation explain={answer.extensions.explain} />}
      </section>
    );
  }
  return { title: TITLE, icon: Icon, content: Pane };
}

/** Steps, each a little further than the one before. */
function Icon() {
  return (
    <svg height="1em" viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.5">
      <path d="M2 4h9M6 9.5h9M6 15h9M10 20.5h12" strokeLinecap="round" />
    </svg>
  );
}
