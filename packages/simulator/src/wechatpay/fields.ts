import { paramError } from "./errors.ts";
import { isObject } from "./json-body.ts";

/** What a body's field must be; keys that no field names are refused. */
export type Field =
  | { type: "string"; required?: true; max: number; label: string; pattern?: RegExp; oneOf?: readonly string[] }
  | { type: "integer"; required?: true; min: number; label: string }
  | { type: "boolean"; required?: true }
  | { type: "array"; required?: true; max: number; items: Fields }
  | { type: "object"; required?: true; fields: Fields };

export type Fields = Readonly<Record<string, Field>>;

type TextField = Extract<Field, { type: "string" }>;

export const text = (max: number, label: string): TextField => ({ type: "string", max, label });

export const requiredText = (max: number, label: string): TextField => ({ type: "string", required: true, max, label });

export function fieldError(pointer: string, value: unknown, issue: string) {
  return paramError(`输入源“/body${pointer}”${issue}`, { field: pointer, value, issue, location: "body" });
}

/** Checks shapes, lengths, characters and unknown keys; throws PARAM_ERROR with the field's JSON pointer. */
export function checkFields(body: Record<string, unknown>, fields: Fields): void {
  checkObject("", body, fields);
}

function checkObject(path: string, value: Record<string, unknown>, fields: Fields): void {
  for (const key of Object.keys(value)) {
    if (!Object.hasOwn(fields, key)) throw fieldError(`${path}/${key}`, value[key], "是接口未定义的字段");
  }
  for (const [key, field] of Object.entries(fields)) {
    const pointer = `${path}/${key}`;
    const one = value[key];
    if (one === undefined) {
      if ("required" in field) throw fieldError(pointer, undefined, "缺少必填字段");
      continue;
    }
    checkField(pointer, one, field);
  }
}

function checkField(pointer: string, value: unknown, field: Field): void {
  switch (field.type) {
    case "object":
      if (!isObject(value)) throw fieldError(pointer, value, "类型错误，应为对象");
      checkObject(pointer, value, field.fields);
      return;
    case "array":
      if (!Array.isArray(value)) throw fieldError(pointer, value, "类型错误，应为数组");
      if (value.length > field.max) throw fieldError(pointer, value, `数组长度大于最大值 ${field.max}`);
      for (const [index, one] of value.entries()) {
        checkField(`${pointer}/${index}`, one, { type: "object", fields: field.items });
      }
      return;
    case "boolean":
      if (typeof value !== "boolean") throw fieldError(pointer, value, "类型错误，应为布尔值");
      return;
    case "integer":
      if (!Number.isSafeInteger(value)) throw fieldError(pointer, value, "类型错误，应为整数");
      if (Number(value) < field.min) {
        throw fieldError(pointer, value, `映射到数值字段“${field.label}”规则校验失败，值低于最小值 ${field.min}`);
      }
      return;
    case "string":
      checkText(pointer, value, field);
  }
}

function checkText(pointer: string, value: unknown, field: TextField): void {
  const rule = `映射到字符串字段“${field.label}”规则校验失败，`;
  if (typeof value !== "string") throw fieldError(pointer, value, "类型错误，应为字符串");
  if (field.required && value.length === 0) throw fieldError(pointer, value, `${rule}字符串长度不得为 0`);
  // Only characters of one to three UTF-8 bytes are supported: no surrogate pair may occur.
  if (/[\uD800-\uDFFF]/.test(value)) throw fieldError(pointer, value, `${rule}含有不支持的字符`);
  if (value.length > field.max) throw fieldError(pointer, value, `${rule}字符串长度大于最大值 ${field.max}`);
  if (field.pattern && !field.pattern.test(value)) throw fieldError(pointer, value, `${rule}格式不符合要求`);
  if (field.oneOf && !field.oneOf.includes(value)) throw fieldError(pointer, value, `${rule}不在枚举值范围内`);
}
