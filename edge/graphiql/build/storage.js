/* What GraphiQL remembers in this browser, apart from what any other GraphiQL on this origin does. */
const PREFIX = 'bigraph:';

/** Local storage, or undefined where the browser refuses it to this page. */
function allowedStorage() {
  try {
    return window.localStorage;
  } catch {
    return undefined;
  }
}

const local = allowedStorage();

function ownKeys() {
  return Object.keys(local).filter((key) => key.startsWith(PREFIX));
}

export const storage = local && {
  getItem: (key) => local.getItem(PREFIX + key),
  setItem: (key, value) => local.setItem(PREFIX + key, value),
  removeItem: (key) => local.removeItem(PREFIX + key),
  clear: () => ownKeys().forEach((key) => local.removeItem(key)),
  get length() {
    return ownKeys().length;
  },
};

/** Whether this browser holds tabs of an earlier visit: they win over the examples. */
export function earlierTabs() {
  return Boolean(storage?.getItem('graphiql:tabState'));
}
