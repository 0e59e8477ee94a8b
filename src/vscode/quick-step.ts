import * as vscode from 'vscode';

export interface QuickStepOptions {
  readonly title: string;
  readonly placeholder: string;
  /** Whether there is a step before this one to go back to. */
  readonly hasBack: boolean;
}

/** What a person did in one step of a dialog: something was chosen, they went back, or left it (undefined). */
export type StepAnswer<T> = { readonly chosen: T } | 'back' | undefined;

/** One pick of a dialog of several. It stays open while another editor is looked at; `accepts` says which items can be taken. */
export function quickPickStep<Item extends vscode.QuickPickItem>(items: readonly Item[], options: QuickStepOptions, active?: Item, accepts: (item: Item) => boolean = () => true): Promise<StepAnswer<Item>> {
  const picker = vscode.window.createQuickPick<Item>();
  picker.items = items;
  if (active !== undefined) picker.activeItems = [active];
  picker.matchOnDescription = true;
  picker.matchOnDetail = true;
  picker.placeholder = options.placeholder;
  return answerOf(picker, options, () => {
    const [item] = picker.activeItems;
    return item !== undefined && accepts(item) ? item : undefined;
  });
}

/** One question of such a dialog that is answered in words; `check` gives the sentence that says what is wrong with them. */
export function quickInputStep(value: string, options: QuickStepOptions, check: (text: string) => string | undefined): Promise<StepAnswer<string>> {
  const input = vscode.window.createInputBox();
  input.value = value;
  input.prompt = options.placeholder;
  input.onDidChangeValue((text) => {
    input.validationMessage = text === '' ? undefined : check(text);
  });
  return answerOf(input, options, () => {
    input.validationMessage = check(input.value);
    return input.validationMessage === undefined ? input.value : undefined;
  });
}

/** `take` gives what is chosen, or undefined where that cannot be. */
function answerOf<T>(input: vscode.QuickPick<vscode.QuickPickItem> | vscode.InputBox, { title, hasBack }: QuickStepOptions, take: () => T | undefined): Promise<StepAnswer<T>> {
  input.title = title;
  input.ignoreFocusOut = true;
  input.buttons = hasBack ? [vscode.QuickInputButtons.Back] : [];
  return new Promise((resolve) => {
    let answer: StepAnswer<T>;
    const end = (now: StepAnswer<T>): void => {
      answer = now;
      input.hide();
    };
    input.onDidTriggerButton(() => end('back'));
    input.onDidAccept(() => {
      const chosen = take();
      if (chosen !== undefined) end({ chosen });
    });
    input.onDidHide(() => {
      input.dispose();
      resolve(answer);
    });
    input.show();
  });
}
