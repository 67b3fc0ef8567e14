SELECT sample_1.shade, CAST(sample_1.shades AS text[]) AS shades, sample_1."tint %%"
FROM air.sample AS sample_1
WHERE sample_1.shade = %(v_1)s::air.shade AND array_position(%(v_2)s::text[], sample_1."tint %%") > array_position(%(v_3)s::text[], %(v_4)s::text) AND sample_1.code = %(v_5)s::bpchar AND sample_1.single < %(v_6)s::real AND sample_1.price = ANY (%(v_7)s::numeric[]) AND sample_1.words IS NOT NULL AND NOT (EXISTS (SELECT
FROM unnest(sample_1.words) AS anon_1(value)
WHERE (anon_1.value ILIKE %(v_8)s::text) IS NOT true)) AND sample_1.shades IS NOT NULL AND (EXISTS (SELECT
FROM unnest(sample_1.shades) AS anon_2(value)
WHERE anon_2.value = %(v_9)s::air.shade)) AND (sample_1."binary" IS NULL OR jsonb_typeof(sample_1."binary") = 'null')
ORDER BY sample_1.shade, array_position(%(v_10)s::text[], sample_1."tint %%")
-- v_1 = 'd'
-- v_2 = ['RED', 'BLUE', 'GREEN']
-- v_3 = ['RED', 'BLUE', 'GREEN']
-- v_4 = 'RED'
-- v_5 = 'abc'
-- v_6 = 0.5
-- v_7 = [Decimal('1')]
-- v_8 = 'a%'
-- v_9 = 'd'
-- v_10 = ['RED', 'BLUE', 'GREEN']
