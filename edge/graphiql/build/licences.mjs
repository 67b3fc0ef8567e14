/* Collects the licence of every package whose code is in the built files. */
import { readdir, readFile } from 'node:fs/promises';

const LICENCE_FILE = /^(licen[cs]e|third-?party-?notices|notice)/i;
const RULE = '='.repeat(80);

/** Packages published without a licence file, and the package whose repository or author is theirs. */
const SAME_AS = {
  '@graphiql/plugin-doc-explorer': 'graphiql',
  '@graphiql/plugin-history': 'graphiql',
  'react-compiler-runtime': 'react',
  'react-remove-scroll-bar': 'react-remove-scroll',
};

/** One text: each bundled package's name, version and licence. Throws where a licence is missing. */
export async function licenceTexts(metafiles) {
  const folders = [...new Set(metafiles.flatMap(bundledFiles).map(packageFolder).filter(Boolean))];
  const heading = 'The files beside this one are built from these packages, each under its own licence.\n';
  return [heading, ...(await Promise.all(folders.sort().map(licenceText)))].join('\n');
}

function bundledFiles(metafile) {
  return Object.values(metafile.outputs)
    .flatMap((output) => Object.entries(output.inputs))
    .filter(([, { bytesInOutput }]) => bytesInOutput > 0)
    .map(([path]) => path);
}

/** 'node_modules/@scope/name' of a bundled file, undefined for the files of this folder. */
function packageFolder(path) {
  return path.match(/^.*node_modules\/(?:@[^/]+\/)?[^/]+/)?.[0];
}

async function licenceText(folder) {
  const { name, version, license } = JSON.parse(await readFile(`${folder}/package.json`, 'utf8'));
  const source = SAME_AS[name] ? `node_modules/${SAME_AS[name]}` : folder;
  const files = (await readdir(source)).filter((file) => LICENCE_FILE.test(file)).sort();
  if (files.length === 0) throw new Error(`${name} has no licence file: find it and name it in SAME_AS`);
  const texts = await Promise.all(files.map((file) => readFile(`${source}/${file}`, 'utf8')));
  return `${RULE}\n${name} ${version} (${license})\n${RULE}\n\n${texts.join('\n\n').trim()}\n`;
}
