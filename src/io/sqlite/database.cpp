#include "io/sqlite/database.h"

#include <sqlite3.h>

#include "base/log.h"
#include "base/raise.h"

namespace galen::sqlite {
namespace {

constexpr int kBusyMilliseconds = 10'000;

ErrorKind kind_of(int code) {
  switch (code & 0xFF) {
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT: return ErrorKind::malformed;
    case SQLITE_CANTOPEN: return ErrorKind::not_found;
    case SQLITE_PERM:
    case SQLITE_READONLY:
    case SQLITE_AUTH: return ErrorKind::permission;
    case SQLITE_BUSY:
    case SQLITE_LOCKED: return ErrorKind::unavailable;
    case SQLITE_NOMEM: return ErrorKind::out_of_memory;
    case SQLITE_FULL:
    case SQLITE_IOERR: return ErrorKind::io;
    default: return ErrorKind::internal;
  }
}

[[noreturn]] void fail(int code, sqlite3* database, const std::string& name) {
  const bool is_ours = kind_of(code) == ErrorKind::internal;
  raise(kind_of(code), "{}: {}", name, is_ours ? sqlite3_errmsg(database) : sqlite3_errstr(code));
}

}  // namespace

void Statement::Finalize::operator()(sqlite3_stmt* statement) const {
  sqlite3_finalize(statement);
}

void Statement::rewind() {
  // A statement whose rows were not all asked for takes no values before it is reset.
  if (sqlite3_stmt_busy(statement_.get()) != 0) sqlite3_reset(statement_.get());
}

Statement& Statement::bind(int place, std::int64_t value) {
  rewind();
  sqlite3_bind_int64(statement_.get(), place, value);
  return *this;
}

Statement& Statement::bind(int place, std::string_view value) {
  rewind();
  sqlite3_bind_text64(statement_.get(), place, value.data() == nullptr ? "" : value.data(),
                      value.size(), SQLITE_TRANSIENT, SQLITE_UTF8);
  return *this;
}

Statement& Statement::bind_null(int place) {
  rewind();
  sqlite3_bind_null(statement_.get(), place);
  return *this;
}

bool Statement::step() {
  const int code = sqlite3_step(statement_.get());
  if (code == SQLITE_ROW) return true;
  sqlite3_reset(statement_.get());
  if (code != SQLITE_DONE) fail(code, database_, *name_);
  return false;
}

void Statement::run() {
  while (step()) {
  }
}

std::int64_t Statement::integer(int column) const {
  return sqlite3_column_int64(statement_.get(), column);
}

std::string Statement::text(int column) const {
  const unsigned char* text = sqlite3_column_text(statement_.get(), column);
  if (text == nullptr) return "";
  return {reinterpret_cast<const char*>(text),
          static_cast<std::size_t>(sqlite3_column_bytes(statement_.get(), column))};
}

bool Statement::is_null(int column) const {
  return sqlite3_column_type(statement_.get(), column) == SQLITE_NULL;
}

void Database::Close::operator()(sqlite3* database) const {
  sqlite3_close(database);
}

Database::Database(const std::filesystem::path& path, Access access)
    : name_(std::make_unique<std::string>(path.string())) {
  const int flags =
      access == Access::read ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE;
  sqlite3* opened = nullptr;
  const int code = sqlite3_open_v2(path.c_str(), &opened, flags, nullptr);
  database_.reset(opened);
  if (code != SQLITE_OK) fail(code, opened, *name_);
  sqlite3_busy_timeout(opened, kBusyMilliseconds);
  run("PRAGMA schema_version");  // reads the header: a file of another kind is told here
}

Database::~Database() = default;
Database::Database(Database&&) noexcept = default;
Database& Database::operator=(Database&&) noexcept = default;

void Database::run(const std::string& statements) {
  const int code = sqlite3_exec(database_.get(), statements.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code, database_.get(), *name_);
}

Statement Database::prepare(const std::string& statement) const {
  sqlite3_stmt* prepared = nullptr;
  const int code = sqlite3_prepare_v2(database_.get(), statement.c_str(),
                                      static_cast<int>(statement.size()), &prepared, nullptr);
  if (code != SQLITE_OK) fail(code, database_.get(), *name_);
  return {database_.get(), prepared, name_.get()};
}

std::int64_t Database::last_id() const {
  return sqlite3_last_insert_rowid(database_.get());
}

Transaction::Transaction(Database& database) : database_(database) {
  database_.run("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  if (!is_open_) return;
  try {
    database_.run("ROLLBACK");
  } catch (const Error& error) {
    log_debug(error.what());  // SQLite has rolled back by itself after an error of the disk
  }
}

void Transaction::commit() {
  database_.run("COMMIT");
  is_open_ = false;
}

}  // namespace galen::sqlite
