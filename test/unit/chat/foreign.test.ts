import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { loadRuntime } from '../../../src/models/onnx/runtime.ts';
import { createExporter } from '../models/foreign/export.ts';
import { describeWithSharedModels, sharedModels } from '../models/shared-models.ts';
import { TEMPLATE_SCRIPT, templateSource } from './chat-fixtures.ts';

describeWithSharedModels('chat templates beside an ONNX export', function () {
  this.timeout(120_000);
  it('are read as they lie there, and change nothing of the model', async () => {
    const work = mkdtempSync(path.join(os.tmpdir(), 'stepscope-chat-foreign-'));
    const exporter = await createExporter(sharedModels('r-prm'), path.join(work, 'export'));
    try {
      const folder = exporter.publish(path.join(work, 'published'), await exporter.graph({ attention: 'gqa', positions: true, cache: true }), 'model.onnx');
      const without = await loadRuntime(folder);
      assert.deepEqual([without.chatPrompts, without.capabilities.chat], [undefined, undefined]);
      await without.release();
      writeFileSync(path.join(folder, 'chat_template.jinja'), templateSource('qwen3'));
      const runtime = await loadRuntime(path.join(folder, 'model.onnx'), { templateScript: TEMPLATE_SCRIPT });
      assert.deepEqual([runtime.capabilities.chat, runtime.info.hash], [true, without.info.hash]);
      const [made] = (await runtime.chatPrompts?.([{ messages: [{ role: 'user', content: 'Q' }] }])) ?? [];
      assert.deepEqual(made, { ok: true, prompt: '<|im_start|>user\nQ<|im_end|>\n<|im_start|>assistant\n' });
      await runtime.release();
    } finally {
      await exporter.close();
      rmSync(work, { recursive: true, force: true });
    }
  });
});
