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

class Key extends native.Key {
  static generate(scheme) {
    return Object.setPrototypeOf(lift(() => native.Key.generate(scheme)), Key.prototype);
  }
  static load(path, passphrase) {
    return Object.setPrototypeOf(lift(() => native.Key.load(path, passphrase)), Key.prototype);
  }
  save(path, passphrase) {
    lift(() => super.save(path, passphrase));
  }
  sign(message, context) {
    return lift(() => super.sign(message, context));
  }
  signCommand(command, envelope) {
    return lift(() => super.signCommand(command, envelope));
  }
}

module.exports = {
  AicfError,
  CODES: Object.freeze(native.codes()),
  Engine,
  FUNCTIONS: Object.freeze(native.functions()),
  Key,
  Policy,
  SEMANTICS_VERSION: native.semanticsVersion(),
  call,
  callAsync,
  callJson,
  settleColumns,
  settleColumnsAsync,
  ...functions,
};
