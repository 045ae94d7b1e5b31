/** The field for words, while it is used. */
export const words = {
  suggestions: 'Suggestions',
  inNames: (text: string) => `“${text}” in names and captions`,
  noModel: 'This model does not understand words. Names, titles, captions and keywords can be searched.',
  similar: 'Similar words of the model:',
}
