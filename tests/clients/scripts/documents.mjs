// graphql-inspector's judgement of documents: errors, and what is deprecated, by the schema.
import { readFileSync } from 'node:fs';
import { validate } from '@graphql-inspector/core';
import { buildSchema, Source } from 'graphql';

const schema = buildSchema(readFileSync('schema.graphql', 'utf8'));
const paths = process.argv.slice(2);
const judged = paths.map((path) => validate(schema, [new Source(readFileSync(path, 'utf8'), path)]).flatMap((each) => [...each.errors, ...each.deprecated]));
console.log(JSON.stringify(judged.map((errors) => errors.map(({ message }) => message))));
