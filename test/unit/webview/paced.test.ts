import assert from 'node:assert/strict';
import { mock } from 'node:test';
import { createPaced } from '../../../webview/components/paced.ts';

describe('what is read out in turn', () => {
  beforeEach(() => mock.timers.enable({ apis: ['setTimeout', 'Date'], now: 1000 }));
  afterEach(() => mock.timers.reset());

  it('comes at once, then after the pause, and then the latest alone', () => {
    const said: string[] = [];
    const say = createPaced<string>((text) => said.push(text), () => 300);
    for (const text of ['1 of 9', '2 of 9', '3 of 9']) say(text);
    assert.deepEqual(said, ['1 of 9']);
    mock.timers.tick(299);
    assert.deepEqual(said, ['1 of 9']);
    say('Done');
    mock.timers.tick(1);
    assert.deepEqual(said, ['1 of 9', 'Done']);
    mock.timers.tick(1000);
    say('again');
    assert.deepEqual(said, ['1 of 9', 'Done', 'again']);
  });

  it('comes all at once where there is no pause', () => {
    const said: number[] = [];
    const say = createPaced<number>((value) => said.push(value), () => 0);
    for (const value of [1, 2, 3]) say(value);
    assert.deepEqual(said, [1, 2, 3]);
  });
});
