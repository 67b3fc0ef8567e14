/* Where Monaco finds its workers: beside this script, so on the same origin. build.mjs names them. */
const FILES = { json: JSON_WORKER, graphql: GRAPHQL_WORKER };

globalThis.MonacoEnvironment = {
  getWorker: (_id, label) => new Worker(new URL(FILES[label] ?? EDITOR_WORKER, import.meta.url)),
};
