// The doors to the catalogue, which every generated function goes through.
"use strict";

const native = require("./native.cjs");
const { AicfError, lifted } = require("./error.cjs");

function checked(policy) {
  if (policy === undefined || policy instanceof native.Policy) return;
  throw new AicfError("wrong_type", "policy", "a handle (new Policy(…)) or undefined; a partial policy goes into the input");
}

/** Calls a function of the catalogue. */
function call(name, input, policy) {
  checked(policy);
  try {
    return native.call(name, input, policy);
  } catch (error) {
    throw lifted(error);
  }
}

/** As `call`, off the event loop; the input is read before this returns, and every error is a rejection. */
async function callAsync(name, input, policy) {
  checked(policy);
  try {
    return await native.callAsync(name, input, policy);
  } catch (error) {
    throw lifted(error);
  }
}

/** Calls a function of the catalogue with JSON text, and gives JSON text. */
function callJson(name, input, policy) {
  checked(policy);
  try {
    return native.callJson(name, input, policy);
  } catch (error) {
    throw lifted(error);
  }
}

/** Settles an epoch whose claims are columns. */
function settleColumns(epoch, claims, policy) {
  checked(policy);
  try {
    return native.settleColumns(epoch, claims, policy);
  } catch (error) {
    throw lifted(error);
  }
}

/** As `settleColumns`, off the event loop; the columns are copied before this returns. */
async function settleColumnsAsync(epoch, claims, policy) {
  checked(policy);
  try {
    return await native.settleColumnsAsync(epoch, claims, policy);
  } catch (error) {
    throw lifted(error);
  }
}

module.exports = { call, callAsync, callJson, settleColumns, settleColumnsAsync };
