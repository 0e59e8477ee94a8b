import assert from 'node:assert/strict';
import type * as vscode from 'vscode';
import { guardMessages, plainMessage } from '../../../src/vscode/plain-messages.ts';

const HOSTILE = 'The run "[Mia](command:workbench.action.quit "quit")" is [deleted](https://example.test).';
const PLAIN = 'The run "[Mia] (command:workbench.action.quit "quit")" is [deleted] (https://example.test).';

/** What the editor makes a link of in a notification. */
const LINK = /\[[^\]]+\]\((?:https?:\/\/|command:|file:)[^)\s]+/i;

describe('sentences of notifications', () => {
  it('have no links, and are otherwise as they were', () => {
    assert.match(HOSTILE, LINK);
    assert.equal(plainMessage(HOSTILE), PLAIN);
    assert.doesNotMatch(plainMessage('[[a]](command:b) [](command:c) []](command:d)'), LINK);
    assert.equal(plainMessage('f(x) = [1, 2] (n = 2)'), 'f(x) = [1, 2] (n = 2)');
  });

  it('have none in any notification, once it is guarded; buttons and answers pass', async () => {
    const said: unknown[] = [];
    const show = (message: string, ...rest: unknown[]): Promise<unknown> => {
      said.push([message, ...rest]);
      return Promise.resolve(rest.at(-1));
    };
    const withProgress = ({ title }: vscode.ProgressOptions, task: (progress: vscode.Progress<{ message?: string; increment?: number }>, token: unknown) => unknown): unknown => {
      said.push(title);
      return task({ report: (step) => said.push(step) }, 'token');
    };
    const window = { showInformationMessage: show, showWarningMessage: show, showErrorMessage: show, withProgress } as unknown as typeof vscode.window;
    guardMessages(window);
    assert.equal(await window.showWarningMessage(HOSTILE, { modal: true }, 'Undo'), 'Undo');
    await window.showInformationMessage(HOSTILE);
    await window.showErrorMessage(HOSTILE);
    assert.equal(await window.withProgress({ location: { viewId: 'traces' }, title: HOSTILE }, (progress, token) => {
      progress.report({ message: HOSTILE, increment: 3 });
      progress.report({ increment: 4 });
      return Promise.resolve(token);
    }), 'token');
    assert.deepEqual(said, [[PLAIN, { modal: true }, 'Undo'], [PLAIN], [PLAIN], PLAIN, { increment: 3, message: PLAIN }, { increment: 4 }]);
  });
});
