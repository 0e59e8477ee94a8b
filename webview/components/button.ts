import { provideVSCodeDesignSystem, vsCodeButton } from '@vscode/webview-ui-toolkit';

let registered = false;

/** A secondary button of the toolkit. */
export function createButton(text: string, onPress: () => void): HTMLElement {
  if (!registered) provideVSCodeDesignSystem().register(vsCodeButton());
  registered = true;
  const button = document.createElement('vscode-button');
  button.setAttribute('appearance', 'secondary');
  button.textContent = text;
  button.addEventListener('click', onPress);
  return button;
}
