/** Name by which rights know a field that a plugin added: `core.account.sales.territory`. */
export function extensionField(entity: string, plugin: string, field: string): string {
  return `${entity}.${plugin}.${field}`;
}
