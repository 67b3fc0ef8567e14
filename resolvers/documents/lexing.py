"""In charge of a document's tokens: those that most documents are made of, by one expression.

graphql-core looks at each character. It is asked for what is rarer, such as texts with escapes,
and for all that is no token: so what is wrong is told as ever.
"""

from __future__ import annotations

import re
from typing import Final

from graphql import Lexer, Token, TokenKind

# What is repeated looks ahead for nothing: until Python 3.11.5 what it saw there was passed over.
_NEXT: Final = re.compile(
    r"""(?:[ \t\n\r,\ufeff]++|\#[^\n\r\ud800-\udfff]*+)*+
    (?: ([_A-Za-z][_0-9A-Za-z]*+)
      | (\.\.\.|[!$&()\[\]{}:=@|])
      | (-?(?:0|[1-9][0-9]*+))(?![0-9._A-Za-z])
      | "(?!"")([^"\\\n\r\ud800-\udfff]*+)"
      | (\Z)
    )""",
    re.VERBOSE,
)
_NAME, _PUNCTUATOR, _NUMBER, _TEXT = range(1, 5)
_KINDS: Final = {_NAME: TokenKind.NAME, _NUMBER: TokenKind.INT, _TEXT: TokenKind.STRING}
_PUNCTUATORS: Final = {
    kind.value: kind for kind in TokenKind if kind.value in {"...", *"!$&()[]{}:=@|"}
}


class QuickLexer(Lexer):
    """Gives the tokens of a text one after the other; they do not know in which line they are."""

    def advance(self) -> Token:
        """The next token, which is now the one that is looked at."""
        self.last_token = self.token
        self.token = token = self.lookahead()
        return token

    def lookahead(self) -> Token:
        """The next token. Raises ``GraphQLSyntaxError``."""
        token = self.token
        if token.next is not None:
            return token.next
        found = _NEXT.match(self.source.body, token.end)
        if found is None:
            return super().lookahead()
        group = found.lastindex or 0
        if group == _PUNCTUATOR:
            made = Token(_PUNCTUATORS[found[group]], found.start(group), found.end(), 0, 0)
        elif group in _KINDS:
            start = found.start(group) - (group == _TEXT)
            made = Token(_KINDS[group], start, found.end(), 0, 0, found[group])
        else:
            made = Token(TokenKind.EOF, found.end(), found.end(), 0, 0)
        token.next = made
        return made
