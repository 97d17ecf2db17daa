// The package for `require`.
"use strict";

const native = require("./native.cjs");
const { AicfError, lift, lifted } = require("./error.cjs");
const { call, callAsync, callJson, settleColumns, settleColumnsAsync } = require("./call.cjs");
const functions = require("./generated/functions.cjs");

/** The classes of the add-on, with errors as `AicfError`. */
class Policy extends native.Policy {
  constructor(policy) {
    try {
      super(policy);
    } catch (error) {
      throw lifted(error);
    }
  }
  static fromYaml(text) {
    return Object.setPrototypeOf(lift(() => native.Policy.fromYaml(text)), Policy.prototype);
  }
}

class Engine extends native.Engine {
  apply(entry) {
    return lift(() => super.apply(entry));
  }
  applyJson(line) {
    return lift(() => super.applyJson(line));
  }
  replay(journal) {
    return lift(() => super.replay(journal));
  }
  async replayAsync(journal) {
    try {
      return await super.replayAsync(journal);
    } catch (error) {
      throw lifted(error);
    }
  }
  query(name, input) {
    return lift(() => super.query(name, input));
  }
}

module.exports = {
  AicfError,
  CODES: Object.freeze(native.codes()),
  Engine,
  FUNCTIONS: Object.freeze(native.functions()),
  Policy,
  SEMANTICS_VERSION: native.semanticsVersion(),
  call,
  callAsync,
  callJson,
  settleColumns,
  settleColumnsAsync,
  ...functions,
};
