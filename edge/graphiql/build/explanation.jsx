/* What `extensions.explain` and errors say, for people. docs/observability.md says what is in it. */
import { textOf } from './plans.js';

const FORMS = {
  rows: 'completed of rows alone',
  resolvers: 'completed level by level, with resolvers of yours',
  standard: 'completed by graphql-core',
};

export function Explanation({ explain: { roots = [], calls = [], writes = [], stages, cost } }) {
  return (
    <>
      {writes.map((write, number) => (
        <p key={number}>
          <b>{write.field}</b> {writeText(write)}
        </p>
      ))}
      {cost && <Figures title="Cost" figures={costFigures(cost)} />}
      {stages && <Figures title="Time" figures={Object.entries(stages).map(([name, ms]) => [name, time(ms)])} />}
      {roots.map((root) => (
        <Root key={root.field} root={root} />
      ))}
      {calls.length > 0 && <h3>Calls of stores</h3>}
      <ol>
        {calls.map((call, number) => (
          <Call key={number} call={call} />
        ))}
      </ol>
    </>
  );
}

export function Errors({ errors }) {
  return (
    <ul className="bigraph-explain-errors">
      {errors.map(({ message, path, extensions: { code, hint } = {} }, number) => (
        <li key={number}>
          {code && <b>{code}</b>} {message} {hint} {path && <code>{path.join('.')}</code>}
        </li>
      ))}
    </ul>
  );
}

function Root({ root: { field, form, reason, why, plan } }) {
  return (
    <>
      <h3>{field}</h3>
      <p>
        {FORMS[form] ?? form}
        {reason && `, for ${reason}: ${why}`}
      </p>
      <pre>{plan}</pre>
    </>
  );
}

function Call({ call: { store, at, duration, rows, statements } }) {
  return (
    <li>
      <b>{store}</b> {rows} {rows === 1 ? 'row' : 'rows'} in {time(duration)}, asked after {time(at)}
      {statements.map((statement, number) => (
        <Statement key={number} statement={statement} />
      ))}
    </li>
  );
}

function Statement({ statement: { text, plan, unknown } }) {
  return (
    <>
      <pre>{indented(text)}</pre>
      {unknown && <p>The store tells no plan: {unknown}</p>}
      {plan !== undefined && (
        <details>
          <summary>The store’s plan</summary>
          <pre>{textOf(plan)}</pre>
        </details>
      )}
    </>
  );
}

function Figures({ title, figures }) {
  return (
    <dl aria-label={title}>
      <dt>{title}</dt>
      {figures.map(([name, figure]) => (
        <dd key={name}>
          {name} <b>{figure}</b>
        </dd>
      ))}
    </dl>
  );
}

/** A mutation has no actual cost, since it is not made. */
function costFigures(cost) {
  return ['estimated', 'actual', 'limit']
    .filter((name) => name in cost)
    .map((name) => [name, cost[name].toLocaleString('en')]);
}

function writeText({ does, of, rows, store }) {
  return of ? `would ${does} ${rows} of ${of} in ${store}` : does;
}

function time(ms) {
  return `${ms.toFixed(ms < 10 ? 2 : 0)} ms`;
}

/** A pipeline with a line for each member; SQL as it is. */
function indented(text) {
  try {
    return JSON.stringify(JSON.parse(text), null, 1);
  } catch {
    return text;
  }
}
