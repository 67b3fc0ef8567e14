/* Who is signed in, and the button to sign in or out, where the server signs browsers in. */
import { Button } from '@graphiql/react';
import { useEffect, useState } from 'react';

const REFUSED = 'bigraph:refused';
const OURS = { headers: { 'graphql-preflight': '1' } };

function address(path) {
  return new URL(path, document.baseURI).href;
}

/** `fetch`, which makes the button look again after a refusal: the session may be over. */
export async function watchedFetch(...asked) {
  const answer = await fetch(...asked);
  if (answer.status === 401) window.dispatchEvent(new Event(REFUSED));
  return answer;
}

/** Who is signed in, or null. A session that is over is given up, so that one can go on as nobody. */
async function whoIsHere() {
  const answer = await fetch(address('auth/session'), OURS);
  if (answer.status === 401) await fetch(address('auth/logout'), { ...OURS, method: 'POST' });
  return answer.ok ? (await answer.json()).session : null;
}

function logIn() {
  const here = encodeURIComponent(window.location.pathname);
  window.location.assign(address(`auth/login?return_to=${here}`));
}

async function logOut() {
  const answer = await fetch(address('auth/logout'), { ...OURS, method: 'POST' });
  window.location.assign((await answer.json()).location);
}

export function SessionButton() {
  const [who, setWho] = useState(undefined);
  useEffect(() => {
    const look = () => whoIsHere().then(setWho, () => setWho(null));
    look();
    window.addEventListener(REFUSED, look);
    return () => window.removeEventListener(REFUSED, look);
  }, []);
  if (who === undefined) return null;
  return (
    <Button className="bigraph-session" onClick={who ? logOut : logIn}>
      {who ? `Log out ${who.name}` : 'Log in'}
    </Button>
  );
}
