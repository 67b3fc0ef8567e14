// What the clients ask for in parts: a fragment, a list, and what one may not see.
export const DOCUMENTS = {
  defer: `
    query Deferred {
      airports(first: 3, orderBy: [{ faa: ASC }]) {
        edges {
          node {
            nodeId
            faa
            ... @defer(label: "traffic") {
              departures(first: 1) {
                totalCount
              }
            }
          }
        }
      }
    }
  `,
  stream: `
    query Streamed {
      airlines(first: 4, orderBy: [{ carrier: ASC }]) {
        nodes @stream(initialCount: 1) {
          nodeId
          name
          flights(first: 2) {
            nodes {
              nodeId
              tailnum
            }
          }
        }
      }
    }
  `,
  refused: `
    query Refused {
      planes(first: 2, orderBy: [{ tailnum: ASC }]) {
        nodes {
          nodeId
          ... @defer {
            engines
            flights(first: 1) {
              totalCount
            }
          }
        }
      }
    }
  `,
};
