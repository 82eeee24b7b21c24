// SPDX-License-Identifier: Apache-2.0
#pragma once

// Descriptions of launches for Python: what AutoTask and ManualTask are made of.

#include "bridge/handle.h"
#include "bridge/stores.h"
#include "bridge/values.h"

#include <legate.h>

#include <cstdint>
#include <string>
#include <vector>

namespace legatus::python {

/// legate::Variable: stands for how a task splits one store. Valid as long as its task.
class Variable {
 public:
  explicit Variable(legate::Variable value) : value_{value} {}
  std::string to_string() const { return value_.to_string(); }
  const legate::Variable& native() const { return value_; }

 private:
  legate::Variable value_;
};

/// legate::Constraint.
class Constraint {
 public:
  explicit Constraint(legate::Constraint value) : value_{std::move(value)} {}
  std::string to_string() const { return value_->to_string(); }
  const legate::Constraint& native() const { return *value_; }

 private:
  Handle<legate::Constraint> value_;
};

Constraint align(const Variable& left, const Variable& right);
Constraint broadcast(const Variable& variable);
Constraint broadcast(const Variable& variable, const Extents& axes);
Constraint scale(const Extents& factors, const Variable& smaller, const Variable& bigger);
Constraint bloat(const Variable& source, const Variable& bloated, const Extents& low, const Extents& high);
/// `hint`: an ImageComputationHint.
Constraint image(const Variable& function, const Variable& range, int hint);
Constraint min_extents(const Variable& variable, const Extents& extents);

/// Runs once: after submit() every call throws std::runtime_error.
class Launch {
 public:
  virtual ~Launch() = default;
  void add_scalar(const Scalar& scalar);
  /// Adds a plain Python value as a scalar of the type deduced from it; false if there is none.
  bool add_plain_scalar(PyObject* value);
  void set_concurrent(bool concurrent);
  void set_side_effect(bool side_effect);
  void throws_exception(bool can_throw);
  void add_communicator(const std::string& name);
  std::string provenance() const;
  void submit();

 protected:
  virtual void add_scalar_(const legate::Scalar& scalar) = 0;
  virtual void set_concurrent_(bool concurrent) = 0;
  virtual void set_side_effect_(bool side_effect) = 0;
  virtual void throws_exception_(bool can_throw) = 0;
  virtual void add_communicator_(const std::string& name) = 0;
  virtual std::string provenance_() const = 0;
  virtual void submit_() = 0;
  void check_unspent() const;

 private:
  bool spent_{false};
};

/// legate::AutoTask.
class AutoLaunch : public Launch {
 public:
  explicit AutoLaunch(legate::AutoTask value) : value_{std::move(value)} {}
  Variable add_input(const Store& store);
  Variable add_input(const Store& store, const Variable& variable);
  Variable add_output(const Store& store);
  Variable add_output(const Store& store, const Variable& variable);
  Variable add_reduction(const Store& store, int redop);
  Variable add_reduction(const Store& store, int redop, const Variable& variable);
  void add_constraint(const Constraint& constraint);
  Variable find_or_declare_partition(const Store& store);
  Variable declare_partition();

 private:
  void add_scalar_(const legate::Scalar& scalar) override { value_->add_scalar_arg(scalar); }
  void set_concurrent_(bool concurrent) override { value_->set_concurrent(concurrent); }
  void set_side_effect_(bool side_effect) override { value_->set_side_effect(side_effect); }
  void throws_exception_(bool can_throw) override { value_->throws_exception(can_throw); }
  void add_communicator_(const std::string& name) override { value_->add_communicator(name); }
  std::string provenance_() const override { return std::string{value_->provenance()}; }
  void submit_() override;

  Handle<legate::AutoTask> value_;
};

/// legate::ManualTask. A projection is given as dimension, weight and offset of each expression, dimension -1 for
/// constants.
class ManualLaunch : public Launch {
 public:
  explicit ManualLaunch(legate::ManualTask value) : value_{std::move(value)} {}
  void add_input(const Store& store);
  void add_input(const Partition& partition, const Integers& projection, bool has_projection, bool is_key);
  void add_output(const Store& store);
  void add_output(const Partition& partition, const Integers& projection, bool has_projection, bool is_key);
  void add_reduction(const Store& store, int redop);
  void add_reduction(const Partition& partition, int redop, const Integers& projection, bool has_projection,
                     bool is_key);

 private:
  void add_scalar_(const legate::Scalar& scalar) override { value_->add_scalar_arg(scalar); }
  void set_concurrent_(bool concurrent) override { value_->set_concurrent(concurrent); }
  void set_side_effect_(bool side_effect) override { value_->set_side_effect(side_effect); }
  void throws_exception_(bool can_throw) override { value_->throws_exception(can_throw); }
  void add_communicator_(const std::string& name) override { value_->add_communicator(name); }
  std::string provenance_() const override { return std::string{value_->provenance()}; }
  void submit_() override;

  Handle<legate::ManualTask> value_;
};

}  // namespace legatus::python
