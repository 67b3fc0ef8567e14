/* Stores' own plans as text: PostgreSQL's as the tree that psql shows, any other as JSON. */

export function textOf(plan) {
  const root = plan?.[0]?.Plan;
  return root ? nodeLines(root, 0).join('\n') : JSON.stringify(plan, null, 1);
}

function nodeLines(node, depth) {
  const indent = '  '.repeat(depth);
  const conditions = Object.entries(node).filter(([name]) => /(Cond|Filter|Sort Key)$/.test(name));
  return [
    `${indent}${title(node)}  ${figures(node)}`,
    ...conditions.map(([name, value]) => `${indent}  · ${name}: ${value}`),
    ...(node.Plans ?? []).flatMap((each) => nodeLines(each, depth + 1)),
  ];
}

function title(node) {
  const index = node['Index Name'] ? ` by ${node['Index Name']}` : '';
  const relation = node['Relation Name'] ? ` on ${node['Relation Name']}` : '';
  return `${node['Node Type']}${index}${relation}`;
}

/** Of a node that runs several times PostgreSQL tells what one run gave and took. */
function figures(node) {
  const loops = node['Actual Loops'] > 1 ? ` × ${node['Actual Loops']}` : '';
  const took = node['Actual Total Time'] === undefined ? '' : `, ${node['Actual Total Time']} ms`;
  return `${node['Actual Rows'] ?? '?'} rows of ${node['Plan Rows']} estimated${took}${loops}`;
}
