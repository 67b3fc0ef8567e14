/* Builds ../assets and ../index.html from this folder and the locked packages. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { build } from 'esbuild';

import { licenceTexts } from './licences.mjs';

const ASSETS = '../assets';
const WORKERS = {
  EDITOR_WORKER: 'monaco-editor/esm/vs/editor/editor.worker.js',
  JSON_WORKER: 'monaco-editor/esm/vs/language/json/json.worker.js',
  GRAPHQL_WORKER: 'monaco-graphql/esm/graphql.worker.js',
};
const PAGE = ['page.jsx', 'icon.svg'];
const ENTRIES = [...PAGE, ...Object.values(WORKERS).map(installed)];
const common = {
  bundle: true,
  minify: true,
  metafile: true,
  legalComments: 'none',
  target: 'es2022',
  outdir: ASSETS,
  entryNames: '[name]-[hash]',
  chunkNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  define: { 'process.env.NODE_ENV': '"production"', 'process.env.USE_IMPORT': '"true"' },
};

await rm(ASSETS, { recursive: true, force: true });
const workers = await build({ ...common, entryPoints: Object.values(WORKERS), format: 'iife' });
const page = await build({
  ...common,
  entryPoints: PAGE,
  format: 'esm',
  splitting: true,
  jsx: 'automatic',
  loader: { '.ttf': 'file', '.svg': 'copy' },
  define: { ...common.define, ...workerNames(workers.metafile) },
});
await Promise.all(unlinkedStyles(page.metafile).map((path) => rm(path)));
await writeFile('../index.html', await pageHtml(page.metafile));
await writeFile(`${ASSETS}/LICENSES.txt`, await licenceTexts([workers.metafile, page.metafile]));

/** The path of a package's file, as esbuild reports it. */
function installed(module) {
  return `node_modules/${module}`;
}

/** What the entry points became: [{ entry, name, css }]. */
function built(metafile) {
  return Object.entries(metafile.outputs)
    .filter(([, output]) => ENTRIES.includes(output.entryPoint))
    .map(([path, output]) => ({ entry: output.entryPoint, name: basename(path), css: output.cssBundle }));
}

/** The constants that workers.js reads. */
function workerNames(metafile) {
  const outputs = built(metafile);
  return Object.fromEntries(
    Object.entries(WORKERS).map(([constant, module]) => {
      const { name } = outputs.find(({ entry }) => entry === installed(module));
      return [constant, JSON.stringify(`./${name}`)];
    }),
  );
}

/** Style sheets of lazy chunks: nothing loads them, and the page's own sheet repeats their rules. */
function unlinkedStyles(metafile) {
  const linked = built(metafile).map(({ css }) => css);
  return Object.keys(metafile.outputs).filter((path) => path.endsWith('.css') && !linked.includes(path));
}

/** page.html with the names that its files got; the configuration is for the server to fill in. */
async function pageHtml(metafile) {
  const outputs = built(metafile);
  const script = outputs.find(({ entry }) => entry === 'page.jsx');
  const names = {
    'page.js': script.name,
    'page.css': basename(script.css),
    'icon.svg': outputs.find(({ entry }) => entry === 'icon.svg').name,
  };
  const template = await readFile('page.html', 'utf8');
  return template.replace(/{{(page\.js|page\.css|icon\.svg)}}/g, (_, name) => names[name]);
}
