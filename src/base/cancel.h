#pragma once
#include <galen/cancel.h>
