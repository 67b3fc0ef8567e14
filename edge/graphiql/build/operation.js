/* Which operation of a document is asked for, as the document stands at that moment. */
import { Kind, parse } from 'graphql';

function operationNames(query) {
  try {
    const { definitions } = parse(query);
    return definitions
      .filter(({ kind }) => kind === Kind.OPERATION_DEFINITION)
      .map(({ name }) => name?.value);
  } catch {
    return undefined; // no GraphQL: the server says what is wrong with it
  }
}

/**
 * The request without a name that its document does not hold.
 *
 * GraphiQL learns the name a moment after the text changed. Whoever runs a new query sooner, as by
 * pasting it into a new tab, would ask for the operation of the tab before.
 */
export function withoutStaleName(request) {
  const names = operationNames(request.query);
  if (!names || names.includes(request.operationName)) return request;
  return { ...request, operationName: undefined };
}
