/** Names of the controls that choose a field's value begin so; the field's path follows. */
export const chosenPrefix = 'field.';
