// Has each part of an answer come by itself, however fast it was made: so there is time to show it. To be imported first.
const fetching = globalThis.fetch;

globalThis.fetch = async (...asked) => {
  const answer = await fetching(...asked);
  const apart = new TransformStream({
    async transform(chunk, controller) {
      for (const piece of Buffer.from(chunk).toString('latin1').split(/(?=\r\n---)|(?<=\n\n)/)) {
        controller.enqueue(Buffer.from(piece, 'latin1'));
        await new Promise((resolve) => setTimeout(resolve, 10));
      }
    },
  });
  return new Response(answer.body.pipeThrough(apart), answer);
};
