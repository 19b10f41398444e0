/** A language goes by its own name, Chinese by its script: `简体中文`, `Deutsch`, `British English`. @param tag BCP 47 */
export function ownNameOf(tag: string): string {
  const { language, script = '' } = new Intl.Locale(tag).maximize();
  const names = new Intl.DisplayNames([tag], { type: 'language' });
  return names.of(language === 'zh' ? `${language}-${script}` : tag) ?? tag;
}
