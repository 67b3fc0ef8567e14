"""In charge of the SQL of the hand-written route: one statement a shape, which makes its JSON."""

from __future__ import annotations

_ALL_EIGHT = """id, carrier, flight, tailnum, origin, dest,
    dep_delay AS "depDelay", time_hour AS "timeHour" """
_PAGE = """
    SELECT json_build_object('rows', coalesce(json_agg(r), '[]')) FROM (
      SELECT {columns} FROM flight WHERE id > %(after)s ORDER BY id LIMIT {first}
    ) AS r"""

_LATE = "FROM flight WHERE dest = %(dest)s AND dep_delay > %(delay)s"
_MEASURES = """
    'avg', json_build_object('depDelay', avg(dep_delay), 'arrDelay', avg(arr_delay)),
    'max', json_build_object('arrDelay', max(arr_delay)),
    'sum', json_build_object('distance', sum(distance))"""

STATEMENTS = {
    "row": """
    SELECT json_build_object('rows', (
      SELECT row_to_json(r) FROM (
        SELECT id, carrier, origin, dest, dep_delay AS "depDelay"
        FROM flight WHERE id = %(id)s
      ) AS r))""",
    "hundred": _PAGE.format(
        columns='id, carrier, flight, origin, dest, dep_delay AS "depDelay"', first=100
    ),
    "thousand": _PAGE.format(columns=_ALL_EIGHT, first=1000),
    "fivethousand": _PAGE.format(columns=_ALL_EIGHT, first=5000),
    "tree": """
    SELECT json_build_object('rows', json_agg(r)) FROM (
      SELECT p.tailnum, p.model, (
        SELECT coalesce(json_agg(f), '[]') FROM (
          SELECT f.id, f.dep_delay AS "depDelay", json_build_object('name', a.name) AS airline
          FROM flight AS f JOIN airline AS a USING (carrier)
          WHERE f.tailnum = p.tailnum ORDER BY f.id LIMIT 10
        ) AS f
      ) AS flights
      FROM plane AS p WHERE p.tailnum > %(after)s ORDER BY p.tailnum LIMIT 20
    ) AS r""",
    "counted": """
    SELECT json_build_object('rows', json_build_object(
      'totalCount', (SELECT count(*) FROM flight WHERE dest = %(dest)s AND dep_delay > %(delay)s),
      'nodes', (
        SELECT coalesce(json_agg(r), '[]') FROM (
          SELECT id, carrier, flight, origin, dest, dep_delay AS "depDelay"
          FROM flight WHERE dest = %(dest)s AND dep_delay > %(delay)s ORDER BY id LIMIT 50
        ) AS r)))""",
    "aggregate": f"""
    SELECT json_build_object('rows', json_build_object('count', count(*), {_MEASURES})) {_LATE}""",
    "groups": f"""
    SELECT json_build_object('rows', coalesce(json_agg(g), '[]')) FROM (
      SELECT json_build_object(
        'key', json_build_object('carrier', carrier, 'month', month), {_MEASURES}
      ) AS g {_LATE} GROUP BY carrier, month ORDER BY carrier, month
    ) AS groups""",  # noqa: S608 (as all of these, without a word of a client's)
    "deep": """
    SELECT json_build_object('rows', coalesce(json_agg(r), '[]')) FROM (
      SELECT a.name, (
        SELECT coalesce(json_agg(f), '[]') FROM (
          SELECT f.id, (
            SELECT json_build_object('model', p.model, 'flights', (
              SELECT coalesce(json_agg(g), '[]') FROM (
                SELECT g.id, g.dest, json_build_object('name', b.name) AS airline
                FROM flight AS g JOIN airline AS b USING (carrier)
                WHERE g.tailnum = p.tailnum ORDER BY g.id LIMIT 2
              ) AS g))
            FROM plane AS p WHERE p.tailnum = f.tailnum
          ) AS plane
          FROM flight AS f WHERE f.carrier = a.carrier AND f.id > %(after)s ORDER BY f.id LIMIT 3
        ) AS f
      ) AS flights
      FROM airline AS a WHERE a.carrier > %(carrier)s ORDER BY a.carrier LIMIT 5
    ) AS r""",
}
