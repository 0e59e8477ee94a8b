/** The name of the `meta` element of a view's page that holds its translated texts, as JSON: the English text is the key. */
export const TEXTS_ELEMENT = 'stepscope-texts';
