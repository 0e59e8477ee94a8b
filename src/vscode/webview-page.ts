import { randomBytes } from 'node:crypto';
import * as vscode from 'vscode';
import { escapeHtml, textsElement } from './page-texts.ts';

/** The views that there are: the folders of `webview` with a script of their own. */
export type PageName = 'analysis' | 'attention' | 'compare' | 'masking' | 'overthinking' | 'report' | 'scores' | 'search' | 'table';

/** Puts a view into a webview, which may read `dist/webview` and nothing else. Whoever listens to it does so before. */
export function showPage(webview: vscode.Webview, extension: vscode.Uri, name: PageName, title: string): void {
  webview.options = { enableScripts: true, localResourceRoots: [vscode.Uri.joinPath(extension, 'dist', 'webview')] };
  webview.html = pageOf(webview, extension, name, title);
}

/** The document: the view's script and style sheet, the texts of the editor's language, and nothing else. */
function pageOf(webview: vscode.Webview, extension: vscode.Uri, name: PageName, title: string): string {
  const nonce = randomBytes(16).toString('base64');
  // One of its own, since it can be read in the document: the toolkit gives it to the style by which it finds out what the browser can do.
  const styleNonce = randomBytes(16).toString('base64');
  const resource = (file: string): string => webview.asWebviewUri(extension.with({ path: `${extension.path}/dist/webview/${file}` })).toString();
  const policy = `default-src 'none'; style-src ${webview.cspSource} 'nonce-${styleNonce}'; script-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'`;
  return `<!DOCTYPE html>
<html lang="${vscode.l10n.bundle === undefined ? 'en' : escapeHtml(vscode.env.language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta property="csp-nonce" content="${styleNonce}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
${textsElement(vscode.l10n.bundle)}<link rel="stylesheet" href="${resource(`${name}.css`)}">
</head>
<body>
<main id="${name}"></main>
<script nonce="${nonce}" src="${resource(`${name}.js`)}"></script>
</body>
</html>`;
}
