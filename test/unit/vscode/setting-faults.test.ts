import assert from 'node:assert/strict';
import { SETTINGS } from '../../../src/vscode/manifest.ts';
import { settingFaults } from '../../../src/vscode/setting-faults.ts';
import { readManifest } from '../l10n/manifest-texts.ts';

const manifest = readManifest();

function faults(values: Readonly<Partial<Record<keyof typeof SETTINGS, unknown>>>): string[] {
  const byId = new Map(Object.entries(values).map(([name, value]) => [SETTINGS[name as keyof typeof SETTINGS] as string, value]));
  return settingFaults(manifest, (id) => byId.get(id)).map(({ message }) => message);
}

describe('settings that are not allowed', () => {
  it('are none where all are as they come', () => {
    const { contributes } = manifest as { readonly contributes: { readonly configuration: readonly { readonly properties: Readonly<Record<string, { readonly default: unknown }>> }[] } };
    const defaults = new Map(contributes.configuration.flatMap(({ properties }) => Object.entries(properties).map(([id, { default: value }]) => [id, value] as const)));
    assert.deepEqual(settingFaults(manifest, (id) => defaults.get(id)), []);
    assert.deepEqual(faults({}), []);
  });

  const wrong: readonly (readonly [Parameters<typeof faults>[0], string])[] = [
    [{ samples: 200 }, '"stepscope.verifier.samples" is 200 and must be a whole number from 1 to 64; until it is, the nearest of them is used.'],
    [{ samples: 1.5 }, '"stepscope.verifier.samples" is 1.5 and must be a whole number from 1 to 64; until it is, the nearest of them is used.'],
    [{ temperature: 'hot' }, '"stepscope.verifier.temperature" must be a number from 0.05 to 2; until it is, 0.95 is used.'],
    [{ threshold: -1 }, '"stepscope.verifier.threshold" is -1 and must be a number from 0 to 1; until it is, the nearest of them is used.'],
    [{ concurrency: 5000 }, '"stepscope.verifier.concurrency" is 5000 and must be a whole number from 1 to 1024; until it is, no server is used.'],
    [{ prompt: 'grpc' }, '"stepscope.verifier.prompt" must be one of "plain", "chat"; until it is, "plain" is used.'],
    [{ gutter: 'yes' }, '"stepscope.display.gutter" must be true or false; until it is, it counts as true.'],
    [{ nodePath: 7 }, '"stepscope.engine.nodePath" must be a text.'],
    [{ endpoints: 'http://a' }, '"stepscope.verifier.endpoints" must be a list of texts.'],
    [{ planningWords: ['Wait'] }, '"stepscope.segmentation.planningWords" must be an object.'],
    [{ planningWords: { en: 'Wait' } }, '"stepscope.segmentation.planningWords" "en" must be a list of texts.'],
    [{ biasTemplates: ['closed', 'open'] }, '"stepscope.bias.templates" has an entry, number 2, that is none of "closed", "boxed", "choice"; until it is right, it is left out.'],
    [{ biasTemperatures: [1, '1'] }, '"stepscope.bias.temperatures" must be a list of numbers.'],
    [{ biasTemperatures: [1, 3] }, '"stepscope.bias.temperatures" has an entry, number 2, that is not from 0.05 to 2; until it is right, it is left out.'],
    [{ biasAnswerPatterns: { en: ['answer is {answer}', 'it is 3'] } }, '"stepscope.bias.answerPatterns" "en" has an entry, number 2, that does not belong there: a pattern has {answer} where the answer stands; until it is right, it is left out.'],
    [{ keyVariable: 'sk-secret' }, '"stepscope.verifier.keyVariable" is not what belongs there. Write the name of an environment variable, never the key itself.'],
  ];
  for (const [values, message] of wrong) it(`are named with what is allowed: ${JSON.stringify(values)}`, () => assert.deepEqual(faults(values), [message]));
});
