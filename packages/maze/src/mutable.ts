/** Plain data that its owner changes in place. */
export type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };
