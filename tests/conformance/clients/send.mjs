// In charge of sending files as people's clients do: apollo-upload-client and urql.
// Prints one JSON object: what each client was answered.

import { ApolloClient, InMemoryCache, gql } from "@apollo/client";
import { Client, fetchExchange } from "@urql/core";
import UploadHttpLink from "apollo-upload-client/UploadHttpLink.mjs";

const url = process.argv[2];
const headers = { "GraphQL-Preflight": "1" };

const ONE = gql`mutation ($file: Upload!) { filed(file: $file) }`;
const SEVERAL = gql`mutation ($album: Album!, $more: [Upload]!) { album(album: $album, more: $more) }`;

const text = (name, content) => new File([content], name, { type: "text/plain" });
const large = new File([new Uint8Array(200_000)], "large.bin", { type: "application/octet-stream" });
const several = {
  album: { title: "T", cover: text("cover.txt", "abcdef"), pages: [text("1.txt", "first"), text("2.txt", "next")] },
  more: [null, text("größe.txt", "last")],
};
const asked = [
  [ONE, { file: text("a.txt", "abcdef") }],
  [ONE, { file: large }],
  [SEVERAL, several],
];

const apollo = new ApolloClient({
  cache: new InMemoryCache(),
  link: new UploadHttpLink({ uri: url, headers }),
});
const urql = new Client({ url, exchanges: [fetchExchange], fetchOptions: { headers }, preferGetMethod: false });

const answers = { apollo: [], urql: [] };
for (const [mutation, variables] of asked) {
  answers.apollo.push((await apollo.mutate({ mutation, variables })).data);
  const answer = await urql.mutation(mutation, variables).toPromise();
  if (answer.error) throw answer.error;
  answers.urql.push(answer.data);
}
console.log(JSON.stringify(answers));
