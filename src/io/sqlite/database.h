#pragma once
// SQLite as far as Galen needs it: one file, statements with typed values, errors as Error.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

struct sqlite3;
struct sqlite3_stmt;

namespace galen::sqlite {

/// A prepared statement. Refers to its database.
class Statement {
 public:
  /// Values by place, from 1; ends the rows of the last run. A bound text is copied.
  Statement& bind(int place, std::int64_t value);
  Statement& bind(int place, std::string_view value);
  Statement& bind_null(int place);
  /// The next row; false at the end, and the statement can be bound and stepped anew.
  [[nodiscard]] bool step();
  /// Runs a statement that gives no rows.
  void run();
  /// Columns of the present row, from 0.
  [[nodiscard]] std::int64_t integer(int column) const;
  [[nodiscard]] std::string text(int column) const;
  [[nodiscard]] bool is_null(int column) const;

 private:
  void rewind();

  friend class Database;
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const;
  };
  Statement(sqlite3* database, sqlite3_stmt* statement, const std::string* name)
      : database_(database), statement_(statement), name_(name) {}

  sqlite3* database_;
  std::unique_ptr<sqlite3_stmt, Finalize> statement_;
  const std::string* name_;
};

enum class Access { read, write };

/// One connection. Not thread-safe. Throws not_found, malformed (no SQLite file, or damaged),
/// permission, unavailable (locked by another process), io (also: the disk is full).
class Database {
 public:
  /// Access::write makes the file when it is missing.
  Database(const std::filesystem::path& path, Access access);
  ~Database();
  Database(Database&&) noexcept;
  Database& operator=(Database&&) noexcept;

  void run(const std::string& statements);
  [[nodiscard]] Statement prepare(const std::string& statement) const;
  /// The row id of the last insertion.
  [[nodiscard]] std::int64_t last_id() const;

 private:
  struct Close {
    void operator()(sqlite3* database) const;
  };
  std::unique_ptr<std::string> name_;  ///< of the file, at an address of its own for the statements
  std::unique_ptr<sqlite3, Close> database_;
};

/// From begin to commit; rolled back when destroyed before.
class Transaction {
 public:
  explicit Transaction(Database& database);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;
  void commit();

 private:
  Database& database_;
  bool is_open_ = true;
};

}  // namespace galen::sqlite
