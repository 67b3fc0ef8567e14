SELECT sample_1.shade, CAST(sample_1.shades AS text[]) AS shades, sample_1."tint %"
FROM air.sample AS sample_1
WHERE sample_1.shade = $1::air.shade AND array_position($2::text[], sample_1."tint %") > array_position($3::text[], $4::text) AND sample_1.code = $5::bpchar AND sample_1.single < $6::real AND sample_1.price = ANY ($7::numeric[]) AND sample_1.words IS NOT NULL AND NOT (EXISTS (SELECT
FROM unnest(sample_1.words) AS anon_1(value)
WHERE (anon_1.value ILIKE $8::text) IS NOT true)) AND sample_1.shades IS NOT NULL AND (EXISTS (SELECT
FROM unnest(sample_1.shades) AS anon_2(value)
WHERE anon_2.value = $9::air.shade)) AND (sample_1."binary" IS NULL OR jsonb_typeof(sample_1."binary") = 'null')
ORDER BY sample_1.shade, array_position($10::text[], sample_1."tint %")
-- $1 = 'd'
-- $2 = ['RED', 'BLUE', 'GREEN']
-- $3 = ['RED', 'BLUE', 'GREEN']
-- $4 = 'RED'
-- $5 = 'abc'
-- $6 = 0.5
-- $7 = [Decimal('1')]
-- $8 = 'a%'
-- $9 = 'd'
-- $10 = ['RED', 'BLUE', 'GREEN']
