import * as vscode from 'vscode';

/**
 * The sentence for an address that only the network has; undefined for a file. An editor in a browser reads such an address as if
 * it were a file, and a run's log, or a link that was made elsewhere, may name one: nothing is fetched without being asked.
 */
export function networkAddress({ scheme, authority, path }: vscode.Uri): string | undefined {
  return /^https?$/.test(scheme) ? vscode.l10n.t('{0} is an address of the network, from where nothing is fetched: save the file, and open that.', `${authority}${path}`) : undefined;
}
