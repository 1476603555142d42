// Owning pointers to OpenSSL's objects; for key.cc alone.
#pragma once

#include <openssl/bio.h>
#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/evp.h>
#include <openssl/param_build.h>

#include "base/owner.h"

namespace muster::auth {

using BignumPtr = base::Owner<BIGNUM, BN_free>;
using BioPtr = base::Owner<BIO, BIO_free_all>;
using DigestContextPtr = base::Owner<EVP_MD_CTX, EVP_MD_CTX_free>;
using EcdsaSignaturePtr = base::Owner<ECDSA_SIG, ECDSA_SIG_free>;
using KeyContextPtr = base::Owner<EVP_PKEY_CTX, EVP_PKEY_CTX_free>;
using KeyPtr = base::Owner<EVP_PKEY, EVP_PKEY_free>;
using ParamsPtr = base::Owner<OSSL_PARAM, OSSL_PARAM_free>;
using ParamsBuilderPtr = base::Owner<OSSL_PARAM_BLD, OSSL_PARAM_BLD_free>;

}  // namespace muster::auth
