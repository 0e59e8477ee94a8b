/**
 * Words that open a re-examination where a step begins with them. English and Chinese lists are meant for traces in the
 * style of R1; words that carry a check on rather than open it ("Checking again:") are left out, so that one re-examination
 * counts once.
 */
export const REFLECTION_WORDS: Readonly<Record<string, readonly string[]>> = {
  en: [
    'Wait', 'But wait', 'Oh wait', 'No wait', 'Hmm', 'Hold on', 'But hold on', 'Actually', 'Alternatively', 'On second thought', 'Let me double-check', 'Let me double check', 'Let me check', 'Let me verify',
    'Let me confirm', 'Let me re-examine', 'Let me reconsider', 'Let me rethink', 'Let me think again', 'Let me make sure', 'Let me just make sure', 'Let me go back', 'Let me read', 'But let me check', 'But let me double-check',
    'But let me double check', 'But let me verify', 'But let me confirm', 'But let me make sure', 'But let me read', 'But let me reconsider', 'But let me think', 'But let me see if', 'Now, let me check if', 'Now let me check if',
    "Let's double-check", "Let's double check", "Let's verify", "Let's make sure", 'I should double-check', 'I should double check', 'But I need to make sure', 'But just to', 'Just to make sure', 'Just to be sure',
    'Just to double-check', 'To make sure', 'To double-check', 'To be sure', 'Or maybe I made', 'Maybe I made', 'Perhaps I made', 'Is that right', 'Is this right', 'Is this correct', 'Am I sure',
  ],
  zh: ['等等', '等一下', '等下', '不对', '嗯', '哦，不', '让我再', '我再', '让我检查', '让我验证', '让我确认', '再想想', '再确认', '重新考虑', '重新审视', '另一种方法', '换一种方法', '换个角度', '或者说', '验证一下', '检查一下', '真的吗', '是不是'],
  es: ['Espera', 'Un momento', 'Hmm', 'Pero espera', 'En realidad', 'Alternativamente', 'Voy a comprobarlo', 'Déjame comprobar'],
  fr: ['Attends', 'Attendez', 'Mais attends', 'Un instant', 'Hmm', 'En fait', 'Vérifions', 'Laisse-moi vérifier'],
  de: ['Moment', 'Warte', 'Halt', 'Hm', 'Hmm', 'Stimmt das', 'Aber Moment', 'Eigentlich', 'Alternativ', 'Lass mich prüfen', 'Lass mich das prüfen'],
  sw: ['Subiri', 'Ngoja', 'Hmm', 'Ni sahihi', 'Lakini subiri'],
};

/**
 * Sentences that state an answer: `{answer}` is a number, a fraction or a formula, `{word}` any one word. Boxed answers are
 * found without a pattern.
 */
export const ANSWER_PATTERNS: Readonly<Record<string, readonly string[]>> = {
  en: ['answer is {answer}', 'answer: {answer}', 'answer should be {answer}', 'answer would be {answer}', 'answer must be {answer}', 'result is {answer}', 'So {word} occurs {answer} times', 'That makes {answer}'],
  zh: ['答案是{answer}', '答案为{answer}', '答案：{answer}', '结果是{answer}', '结果为{answer}', '所以{word}出现{answer}次'],
  es: ['respuesta es {answer}', 'resultado es {answer}', 'Así que {word} aparece {answer} veces'],
  fr: ['réponse est {answer}', 'résultat est {answer}', 'Donc {word} apparaît {answer} fois'],
  de: ['Antwort ist {answer}', 'Antwort {answer}', 'Ergebnis ist {answer}', 'Also kommt {word} {answer}-mal vor'],
  sw: ['jibu ni {answer}', 'Tokeo ni {answer}', 'Kwa hiyo {word} inaonekana mara {answer}'],
};
